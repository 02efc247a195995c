<?php
// A shop's cart that fails for real: php cart.php price|previous|string|closure|warning|parse|log|trace
namespace Shop;

class CartException extends \RuntimeException {}

class Item {
    public function __construct(public string $name, public ?int $cents) {}
}

class Cart {
    public function __construct(private array $items) {}

    public function price(Item $item): int {
        if ($item->cents === null)
            throw new CartException("no price of\n'{$item->name}'", 3);
        return $item->cents;
    }

    public function total(string $note): int {
        return array_sum(array_map(fn(Item $item) => $this->price($item), $this->items));
    }

    public static function invoice(Cart $cart): string {
        try {
            return 'total ' . $cart->total("a note that is longer\nthan a line");
        } catch (CartException $e) {
            throw new \LogicException('no invoice in 2024', 0, $e);
        }
    }
}

function anonymous(): object {
    return new class { public function run() { intdiv(1, 0); } };
}

$cart = new Cart([new Item('teapot', null)]);
switch ($argv[1]) {
    case 'price': $cart->total('(1)'); break;
    case 'previous': Cart::invoice($cart); break;
    case 'string': try { Cart::invoice($cart); } catch (\Exception $e) { fwrite(STDERR, $e . "\n"); exit(1); } break;
    case 'trace': try { Cart::invoice($cart); } catch (\Exception $e) { fwrite(STDERR, $e->getTraceAsString() . "\n"); exit(1); } break;
    case 'anonymous': anonymous()->run(); break;
    case 'warning': echo $undefined; exit(1);
    case 'type': $cart->price('teapot'); break;
    case 'eval': eval('\Shop\Cart::invoice($cart);'); break;
    case 'include': include 'broken.inc.php'; break;
}
