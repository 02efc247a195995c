// What pages do, in engines without a page: prints the stacks.
function total(cart) { return cart.items.length; }
function Cart(lines) { this.lines = lines; total(lines); }
Cart.prototype.checkout = function () { return [1].map(function () { return new Cart(undefined); }); };
class Order { get sum() { return new Cart({}).checkout(); } static of(cart) { return new Order(cart).sum; } }
const shop = { feed: { 'read@all': () => { throw new RangeError('no feed'); } } };

function show(run) {
  try { run(); } catch (error) { print(error.name + ': ' + error.message + '\n' + error.stack + '\n---'); }
}
show(function () { Order.of(); });
show(() => eval('total()'));
show(() => new Function('total()')());
show(shop.feed['read@all']);
(async function later() { await null; total(); })().catch((error) => print(error.stack + '\n---'));
