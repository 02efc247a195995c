"""An error in another process."""
from concurrent.futures import ProcessPoolExecutor


def price(article):
    return {"mug": 700}[article]


if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        print(list(pool.map(price, ["mug", "teapot"])))
