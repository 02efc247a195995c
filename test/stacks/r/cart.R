# A shop's cart that fails for real: Rscript cart.R price|apply|operator|builtin|condition|plain|long
price <- function(item) {
  if (is.null(item$cents)) stop("no price of\n'", item$name, "'")
  item$cents * item$count
}
total <- function(cart) sum(sapply(cart, function(item) price(item)))
invoice <- function(cart) {
  tryCatch(total(cart), error = function(e) stop("no invoice: ", conditionMessage(e)))
}
recount <- function(cart) cart + "one"
order_of <- function(the_number_of_the_order, the_customer_who_ordered_it, the_day_of_delivery) {
  stop("there is no such order, nor was there ever one of that number in this shop")
}
cart <- list(list(name = "teapot"))
switch(commandArgs(TRUE)[1],
  price = price(cart[[1]]),
  apply = total(cart),
  catch = invoice(cart),
  operator = (function(x) recount(x))(1),
  builtin = (function(x) log(x))("a"),
  condition = stop(structure(class = c("shop_error", "error", "condition"), list(message = "no order", call = NULL))),
  plain = stop("no order 1001"),
  warned = { warning("the feed is old"); price(cart[[1]]) },
  long = order_of(the_number_of_the_order = 1001, the_customer_who_ordered_it = "ann", the_day_of_delivery = 7)
)
