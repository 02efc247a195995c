# Shows traceback() of an error in cart.R, as at R's prompt.
options(keep.source = TRUE, error = function() { traceback(3); q(status = 1) })
commandArgs <- function(...) "catch"
source("cart.R", keep.source = TRUE)
