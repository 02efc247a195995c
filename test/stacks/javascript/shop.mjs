// An ES module: top-level await, and a class field that calls back.
export class Feed {
  read = async (name) => { await null; return this.parse(name.text); };
  parse(text) { return text.trim(); }
}
await new Feed().read({});
