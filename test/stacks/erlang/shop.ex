# A shop's cart that fails in the ways that Elixir has.
defmodule Shop.EmptyCartError do
  defexception [:cart, message: "the cart is empty"]
end

defmodule Shop.Cart do
  defstruct items: [], customer: nil

  def total(%Shop.Cart{items: items}), do: sum(items)

  defp sum([]), do: raise(Shop.EmptyCartError, message: "cart 7 is empty\nadd an item first")
  defp sum(items), do: Enum.map(items, fn {_sku, price} -> price * 2 end) |> Enum.sum()

  def share(total, people), do: div(total, people)

  def rethrow(cart) do
    try do
      total(cart)
    rescue
      e -> reraise RuntimeError, [message: "no total: " <> Exception.message(e)], __STACKTRACE__
    end
  end
end

defmodule Shop.Till do
  use GenServer

  def init(state), do: {:ok, state}
  def handle_call({:pay, people}, _from, total), do: {:reply, Shop.Cart.share(total, people), total}
  def handle_cast(:close, _total), do: throw(:drawer_jams)
end

defmodule Shop.Main do
  def run(["raise"]), do: Shop.Cart.total(%Shop.Cart{})
  def run(["clause"]), do: Shop.Cart.total(nil)
  def run(["arith"]), do: Shop.Cart.share(100, 0)
  def run(["nested"]), do: Shop.Cart.total(%Shop.Cart{items: [{"A1", "ten"}]})
  def run(["undefined"]), do: apply(Shop.Cart, :discount, [7])
  def run(["reraise"]), do: Shop.Cart.rethrow(%Shop.Cart{})
  def run(["throw"]), do: Enum.each([1], fn _ -> throw({:no_stock, "A1"}) end)
  def run(["exit"]), do: exit(:till_closed)
  def run(["match"]), do: {:ok, _} = File.read("/srv/erlang/prices.csv")
  def run(["key"]), do: Map.fetch!(Map.from_struct(%Shop.Cart{}), :sku)

  def run(["call"]) do
    {:ok, till} = GenServer.start(Shop.Till, 100)
    GenServer.call(till, {:pay, 0})
  end

  def run(["cast"]) do
    {:ok, till} = GenServer.start(Shop.Till, 100)
    GenServer.cast(till, :close)
    Process.sleep(300)
  end

  def run(["task"]) do
    Task.await(Task.async(fn -> Shop.Cart.share(100, 0) end))
  end

  def run(["spawn"]) do
    spawn(fn -> Shop.Cart.total(nil) end)
    Process.sleep(300)
  end

  def run(["timeout"]) do
    GenServer.call(spawn(fn -> Process.sleep(1000) end), :total, 20)
  end

  def run(["noproc"]), do: GenServer.call(Shop.Nobody, :total)
end

Shop.Main.run(System.argv())
