// A shop's orders in C++, which fail as the first argument says.
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace shop
{
namespace
{
struct Order
{
	int id;
	std::vector<int> prices;
};

int
find_price(const std::map<std::string, int> &prices, const std::string &name)
{
	return prices.at(name);
}
} // namespace

template <typename T>
class Basket
{
  public:
	explicit Basket(T first) : items_(1, first) {}
	template <typename F>
	T fold(F add, T start) const
	{
		for (const T &item : items_)
			start = add(start, item);
		return start;
	}
	T operator[](size_t n) const { return items_.data()[n]; }

  private:
	std::vector<T> items_;
};

class Invoice
{
  public:
	explicit Invoice(int id) : order_(new Order{id, {1, 2, 3}}) {}
	~Invoice() { delete order_; }
	int total() const { return order_->prices[0] * order_->id; }
	void close() { delete order_; }
	int discount(int percent) const { return 1000 / percent + (order_->id << percent); }
	int depth(int n) const { return n < 0 ? n : depth(n + 1) + total(); }

  private:
	Order *order_;
};

static int sold;

void
sell(int count)
{
	for (int i = 0; i < count; i++)
		sold++;
}

int
run(const std::string &scenario)
{
	Invoice invoice(7);
	Basket<long> basket(5);

	if (scenario == "throw")
		return find_price({{"apples", 100}}, "pears");
	if (scenario == "lambda")
		return basket.fold([](long a, long b) -> long { throw std::runtime_error("no price for " + std::to_string(a + b)); }, 1L);
	if (scenario == "freed")
	{
		invoice.close();
		return invoice.total();
	}
	if (scenario == "overflow")
		return basket[3];
	if (scenario == "recursion")
		return invoice.depth(0);
	if (scenario == "leak")
	{
		new Invoice(8);
		return 0;
	}
	if (scenario == "undefined")
		return invoice.discount(32);
	if (scenario == "uninitialized")
	{
		std::unique_ptr<int[]> prices(new int[4]);

		return prices[1] > 2 ? 1 : 0;
	}
	if (scenario == "race")
	{
		std::thread other(sell, 10000);

		sell(10000);
		other.join();
		return 0;
	}
	return 64;
}
} // namespace shop

int
main(int argc, char **argv)
{
	return shop::run(argc > 1 ? argv[1] : "");
}
