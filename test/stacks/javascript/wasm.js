// WebAssembly that traps, or calls what throws: each way is one argument.  The module is made here, byte by byte.
'use strict';

const text = (string) => [string.length, ...Buffer.from(string)];
const section = (id, bytes) => [id, bytes.length, ...bytes];
const list = (items) => [items.length, ...items.flat()];

// (import "shop" "pay") is function 0, (export "total") calls 2, (export "checkout") calls 0, and 2 is (unreachable)
function cart({ module, functions = {} }) {
  const names = [
    ...(module ? section(0, text(module)) : []),
    ...section(1, list(Object.entries(functions).map(([index, name]) => [Number(index), ...text(name)]))),
  ];
  const code = (...instructions) => [instructions.length + 2, 0, ...instructions, 0x0b];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(2, list([[...text('shop'), ...text('pay'), 0, 0]])),
    ...section(3, [3, 0, 0, 0]),
    ...section(7, list([[...text('total'), 0, 1], [...text('checkout'), 0, 3]])),
    ...section(10, list([code(0x10, 2), code(0x00), code(0x10, 0)])),
    ...section(0, [...text('name'), ...names]),
  ]);
}

const load = (names, pay) => new WebAssembly.Instance(new WebAssembly.Module(cart(names)), { shop: { pay } }).exports;
const refuse = () => { throw new Error('card refused'); };
const cpp = { 1: 'shop::Cart::total(int) const', 2: 'shop::(anonymous namespace)::price(char const*, int)', 3: 'checkout' };
const rust = { 1: 'shop::cart::total::h0123456789abcdef', 2: '<shop::Price as core::ops::Mul<u32>>::mul::hfedcba9876543210' };

const scenarios = {
  nameless: () => load({}, refuse).total(),
  functions: () => load({ functions: cpp }, refuse).total(),
  module: () => load({ module: 'shop.wasm' }, refuse).total(),
  both: () => load({ module: 'shop.wasm', functions: cpp }, refuse).total(),
  rust: () => load({ module: 'shop_bg.wasm', functions: rust }, refuse).total(),
  // through functions of the language itself
  callback: () => new Promise(() => load({ functions: cpp }, () => ['A-1'].map(refuse)).checkout()),
  all: async () => {
    const pay = async () => { await null; load({ functions: cpp }, refuse).checkout(); };
    await Promise.all([Promise.resolve(), pay()]);
  },
};

scenarios[process.argv[2]]();
