// A shop's cart: each way to fail is one argument.
'use strict';
const assert = require('assert');

class CartError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'CartError';
    this.code = 'E_CART';
  }
}

const prices = { 'A-1': 1200, 'B-2': 350 };

class Cart {
  #lines = [];
  constructor(lines) { for (const line of lines) this.add(line); }
  add(line) {
    if (!(line.sku in prices)) throw new RangeError(`no such article: ${line.sku}`);
    this.#lines.push(line);
  }
  get total() { return this.#lines.map((line) => Cart.priceOf(line) * line.count.value); }
  static priceOf(line) { return prices[line.sku]; }
}
Cart.prototype.checkout = function pay() { return this.payment.send(); };

function load(lines) {
  try {
    return new Cart(lines);
  } catch (error) {
    throw new CartError('cart could not be loaded', { cause: error });
  }
}

async function stock(sku) {
  await null;
  if (sku !== 'A-1') throw new CartError(`none left\nof ${sku}`);
  return 1;
}

const rule = (source) => eval(source);

const scenarios = {
  getter: () => new Cart([{ sku: 'A-1' }]).total,
  alias: () => new Cart([]).checkout(),
  cause: () => load([{ sku: 'C-3', count: 1 }]),
  causes: () => {
    try { load([{ sku: 'C-3' }]); } catch (error) { throw new Error('order 1001 failed', { cause: error }); }
  },
  async: async () => { await Promise.all(['A-1', 'B-2'].map((sku) => stock(sku))); },
  errors: async () => { await Promise.any(['B-2', 'C-3'].map((sku) => stock(sku))); },
  parse: () => JSON.parse('{"lines": [}'),
  rule: () => rule('[7].map((count) => count.price.cents)'),
  made: () => new Function('cart', 'return cart.items.length')(undefined),
  assertion: () => assert.deepStrictEqual({ sku: 'A-1', count: 2 }, { sku: 'A-1', count: 3 }),
  code: () => require('fs').readFileSync('/srv/javascript/no-such-cart.json'),
  module: () => require('./no-such-module'),
  syntax: () => require('./broken.js'),
  timer: () => setTimeout(() => load([{ sku: 'D-4' }]), 1),
  event: () => {
    const orders = new (require('events'))();
    orders.on('paid', function ship(order) { order.address.print(); });
    orders.emit('paid', { id: 1001 });
  },
  deep: () => { const again = (n) => again(n + 1) + 1; again(0); },
  computed: () => ({ ['on' + 'Paid']() { null.id; } })['onPaid'](),
  wasm: () => {
    // (func $total (export "total") unreachable)
    const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 9, 1, 5, 116, 111, 116, 97, 108, 0, 0,
      10, 5, 1, 3, 0, 0, 11];
    new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports.total();
  },
  logged: () => {
    console.error(new Date(0).toISOString() + ' cart: order 1001 is late');
    try { load([{ sku: 'C-3' }]); } catch (error) { console.error('cart: could not load:', error); }
    console.error('cart: goes on without');
    process.exitCode = 3;
  },
};

scenarios[process.argv[2]]();
