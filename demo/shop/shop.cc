// A small web shop's warehouse that fails for real: crashes for errtrack's demo and fixtures.
//
//     g++ -g -fsanitize=address -o warehouse shop.cc && ./warehouse label|pick [order number]
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace shop
{

struct Parcel
{
	long order;
	std::vector<int> shelves;
};

class Printer
{
  public:
	template <typename Text> void print(const Text &name, const Parcel *parcel)
	{
		std::printf("%s %ld\n", std::string(name).c_str(), parcel->order);
	}
};

class Desk
{
  public:
	void label(long order)
	{
		auto parcel = std::make_unique<Parcel>(Parcel{order, {}});
		const Parcel *next = parcel.get();

		parcel.reset(); // it was sent already
		Printer().print("label of order", next);
	}

	long walk(const Parcel &parcel, size_t stops)
	{
		long metres = 0;

		for (size_t i = 0; i <= stops; i++) // one too far
			metres += parcel.shelves.data()[i];
		return metres;
	}

	void pick(long order)
	{
		Parcel parcel{order, std::vector<int>(1 + order % 5, 7)};

		std::printf("order %ld: %ld m\n", order, walk(parcel, parcel.shelves.size()));
	}
};

} // namespace shop

int main(int argc, char **argv)
{
	std::string scenario = argc > 1 ? argv[1] : "";
	long order = argc > 2 ? std::atol(argv[2]) : 1001;

	if (scenario == "label")
		shop::Desk().label(order);
	else if (scenario == "pick")
		shop::Desk().pick(order);
	else
	{
		std::fprintf(stderr, "usage: warehouse label|pick [order number]\n");
		return 64;
	}
	return 0;
}
