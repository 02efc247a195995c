"""A crash in C, with another thread."""
import ctypes
import faulthandler
import threading
import time

faulthandler.enable()


def feed():
    time.sleep(5)


def read_price():
    return ctypes.string_at(0)


threading.Thread(target=feed, daemon=True).start()
read_price()
