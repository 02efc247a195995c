"""A small web shop's order service that fails for real: uncaught errors for errtrack's demo and fixtures.
    python3 shop.py price|stock|timeout [order number]
"""
import socket
import sys

PRICES = {"mug": 1290, "tea": 450, "gift card": None}
SHELVES = {"mug": "A3", "tea": "B1"}


class StockError(Exception):
    """An order asks for something the warehouse does not know."""


def line_total(article, pieces):
    return PRICES[article] * pieces


def order_total(lines):
    return sum(line_total(article, pieces) for article, pieces in lines)


def price(order):
    total = order_total([("mug", 2), ("gift card", 1)])
    print(f"order {order}: {total / 100:.2f} EUR")


def find_shelf(article):
    return SHELVES[article]


def stock(order):
    try:
        print(f"order {order}: take from shelf {find_shelf('teapot')}")
    except KeyError as unknown:
        raise StockError(f"order {order} cannot be packed") from unknown


def ask_courier(order, seconds):
    shop_end, courier_end = socket.socketpair()  # a courier that never answers
    with shop_end, courier_end:
        shop_end.settimeout(seconds)
        try:
            return shop_end.recv(1024)
        except TimeoutError:
            address = f"10.20.{order // 250 % 250}.{order % 250 + 1}"  # couriers' servers share the orders
            raise TimeoutError(f"no answer for order {order} from {address} within {seconds} s") from None


def timeout(order):
    print(f"order {order}: courier says {ask_courier(order, 0.05)}")


if __name__ == "__main__":
    scenarios = {"price": price, "stock": stock, "timeout": timeout}
    if len(sys.argv) < 2 or sys.argv[1] not in scenarios:
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    scenarios[sys.argv[1]](int(sys.argv[2]) if len(sys.argv) > 2 else 1001)
