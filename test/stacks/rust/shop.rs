// A shop whose checkout fails in the way that its argument names.
use std::collections::HashMap;
use std::fmt;

#[derive(Debug)]
enum Error {
    Price(std::num::ParseIntError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Price(e) => write!(f, "no price: {e}"),
        }
    }
}

impl std::error::Error for Error {}

trait Total {
    fn total(&self) -> u32;
}

struct Cart {
    items: Vec<(String, u32)>,
}

impl Total for Cart {
    fn total(&self) -> u32 {
        self.items.iter().map(|item| 1000 / item.1).sum()
    }
}

impl Cart {
    fn price(&self, n: usize) -> u32 {
        self.items[n].1
    }

    fn share(&self, people: u32) -> u32 {
        people.checked_sub(1).expect("nobody to share with")
    }
}

impl Drop for Cart {
    fn drop(&mut self) {
        if self.items.is_empty() {
            panic!("an empty cart was thrown away");
        }
    }
}

fn parse(price: &str) -> Result<u32, Error> {
    price.parse().map_err(Error::Price)
}

fn largest<T: PartialOrd + Copy>(list: &[T]) -> T {
    *list.iter().reduce(|a, b| if a > b { a } else { b }).unwrap()
}

mod stock {
    pub fn check(left: i32) {
        assert_eq!(left, 0, "the shelf of {}", "tea");
    }
}

fn main() -> Result<(), Error> {
    let cart = Cart { items: vec![("tea".into(), 350), ("cup".into(), 0)] };
    match std::env::args().nth(1).as_deref() {
        Some("index") => println!("{}", cart.price(std::env::args().count() + 3)),
        Some("divide") => println!("{}", cart.total()),
        Some("expect") => println!("{}", cart.share(0)),
        Some("unwrap") => println!("{}", parse("12 EUR").unwrap()),
        Some("generic") => println!("{}", largest::<u32>(&[])),
        Some("assert") => stock::check(2),
        Some("lines") => panic!("no tea\nno cups"),
        Some("map") => println!("{}", HashMap::from([("tea", 1)])["cup"]),
        Some("thread") => {
            let worker = std::thread::Builder::new().name("checkout".into()).spawn(move || cart.price(7));
            println!("{}", worker.unwrap().join().unwrap());
        }
        Some("double") => {
            let _empty = Cart { items: vec![] };
            println!("{}", cart.price(9));
        }
        Some("boxed") => {
            let task: Box<dyn Fn()> = Box::new(|| stock::check(5));
            task();
        }
        Some("debug") => println!("{:?}", std::backtrace::Backtrace::force_capture()),
        Some("display") => println!("could not check out\n\nstack backtrace:\n{}", std::backtrace::Backtrace::force_capture()),
        _ => println!("{}", parse("12 EUR")?),
    }
    Ok(())
}
