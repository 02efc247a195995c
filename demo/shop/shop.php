<?php
// A small web shop's storefront that fails for real: uncaught errors for errtrack's demo and fixtures.
//
//     php shop.php shipping|coupon [order number]
declare(strict_types=1);

namespace Shop;

class ShippingError extends \RuntimeException
{
}

class Address
{
    public function __construct(private string $customer, private ?string $country)
    {
    }

    public function country(): string
    {
        return $this->country; // a guest left it out: null is no string
    }
}

class Shipping
{
    private const ZONES = ['DE' => 1, 'FR' => 2];

    public function zone(Address $address): int
    {
        return self::ZONES[$address->country()];
    }

    public function book(string $order): void
    {
        try {
            echo "order $order goes to zone ", $this->zone(new Address("guest of order $order", null)), "\n";
        } catch (\TypeError $error) {
            throw new ShippingError("order $order cannot be shipped", 0, $error);
        }
    }
}

class Coupon
{
    /** @param int[] $prices */
    public static function share(int $cents, array $prices): array
    {
        $free = array_filter($prices, fn (int $price): bool => $price === 0);
        return array_map(fn (int $price): float => $price - $cents / count($free), $prices);
    }

    public static function apply(string $order): void
    {
        echo "order $order: ", implode(', ', self::share(500 + (int) $order % 7, [1290, 450])), "\n";
    }
}

$order = $argv[2] ?? '1001';
switch ($argv[1] ?? '') {
    case 'shipping':
        (new Shipping())->book($order);
        break;
    case 'coupon':
        Coupon::apply($order);
        break;
    default:
        fwrite(STDERR, "usage: php shop.php shipping|coupon [order number]\n");
        exit(64);
}
