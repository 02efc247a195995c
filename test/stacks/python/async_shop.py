"""What asyncio and exception groups print; from Python 3.11 on."""
import asyncio
import sys


async def pay(order):
    await asyncio.sleep(0)
    try:
        return {1001: 5}[order]
    except KeyError as missing:
        raise ValueError(f"no order {order}\nask the customer") from missing


async def group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(pay(2))
        tasks.create_task(pay(3))


async def handled():
    try:
        await group()
    except* ValueError as errors:
        errors.add_note("orders 2 and 3\nare in the feed of Alpha")
        raise RuntimeError("no order is paid")


async def nested():
    try:
        await group()
    except ExceptionGroup as errors:
        raise ExceptionGroup("feed of Alpha", [errors, OSError("disk is full")]) from None


async def forgotten():
    asyncio.get_running_loop().slow_callback_duration = 60
    task = asyncio.create_task(pay(4))
    await asyncio.sleep(0.01)
    del task
    sys.exit(1)


def noted():
    error = ValueError("no order 5")
    error.add_note("it was cancelled")
    raise error


if __name__ == "__main__":
    if sys.argv[1] == "noted":
        noted()
    asyncio.run(globals()[sys.argv[1]]())
