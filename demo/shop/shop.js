// A small web shop's checkout that fails for real: uncaught errors for errtrack's demo and fixtures.
//
//     node shop.js cart|payment|config [order number]
'use strict';
const { readFile } = require('node:fs/promises');

class Cart {
  constructor(order) {
    this.order = order;
    this.items = [{ article: 'mug', price: { cents: 1290 } }, { article: 'voucher' }];
  }

  total() {
    return this.items.reduce((sum, item) => sum + item.price.cents, 0);
  }

  checkout() {
    console.log(`order ${this.order}: ${this.total()} cents`);
  }
}

function cart(order) {
  new Cart(order).checkout();
}

async function bankKey() {
  return await readFile('/etc/shop/no-such-bank-key.pem', 'utf8');
}

async function charge(order) {
  try {
    return { order, key: await bankKey() };
  } catch (error) {
    throw new Error(`payment of order ${order} failed`, { cause: error });
  }
}

async function payment(order) {
  console.log('paid', await charge(order));
}

function shippingRates(text) {
  return JSON.parse(text).rates;
}

function config(order) {
  const rates = shippingRates('{"currency": "EUR", "rates": {"DE": 490, "FR": 990,}}');
  console.log(`order ${order}: shipping ${rates.DE} cents`);
}

const scenarios = new Map(Object.entries({ cart, payment, config }));
const [scenario, order = '1001'] = process.argv.slice(2);
if (scenarios.has(scenario)) {
  scenarios.get(scenario)(Number(order));
} else {
  console.error('usage: node shop.js cart|payment|config [order number]');
  process.exitCode = 64;
}
