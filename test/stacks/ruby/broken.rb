def total(cart)
  cart.sum {
end
