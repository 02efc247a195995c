const cart = { items: [ };
