"""A program that takes too long."""
import faulthandler
import time


def wait_for_bank():
    time.sleep(5)


faulthandler.dump_traceback_later(0.3, exit=True)
wait_for_bank()
