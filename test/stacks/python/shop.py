"""A shop that fails in the way that its argument names; it runs on Python 2.7 as well."""
import json
import sys


class StockError(Exception):
    pass


class Cart:
    prices = {"mug": 700}

    def __init__(self, articles):
        self.articles = articles

    def total(self):
        return sum([self.prices[article] for article in self.articles])

    def each(self):
        return (self.prices[article] * 2 for article in self.articles)


def chain():
    try:
        Cart(["mug", "teapot"]).total()
    except KeyError as missing:
        error = StockError("cart is not complete:\n- teapot\nFile not found")
        error.__cause__ = missing
        raise error


def context():
    try:
        list(Cart(["teapot"]).each())
    except KeyError:
        json.loads('{"mug": 700,}')


def nested():
    def price(article):
        return (lambda known: known[article])(Cart.prices)

    class Missing(StockError):
        pass

    try:
        price("teapot")
    except KeyError:
        raise Missing


def depth(n=0):
    return depth(n + 1)


def syntax():
    compile("def total(:\n  pass\n", "/srv/python/rules.py", "exec")


def indentation():
    exec("def total():\nreturn 1\n")


def broken_import():
    import broken_rules


def assertion():
    assert Cart(["mug"]).total() == 0


def logged():
    import logging

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    logging.info("started")
    try:
        Cart(["teapot"]).total()
    except KeyError:
        logging.exception("order %s failed", 1001)
    logging.warning("next order", **({"stack_info": True} if sys.version_info > (3,) else {}))
    logging.warning("%s %s", 1)
    sys.exit(1)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
