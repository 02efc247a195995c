package shop;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** A shop that fails in the way that its argument names. */
public class Shop {

  interface Prices {
    int of(String article);
  }

  static class Cart {
    private final List<String> articles;
    private final Prices prices;

    Cart(List<String> articles, Prices prices) {
      this.articles = articles;
      this.prices = prices;
    }

    int total() {
      return articles.stream().collect(Collectors.summingInt(article -> prices.of(article)));
    }
  }

  static class Feed implements Closeable {
    private final String supplier;

    Feed(String supplier) {
      this.supplier = supplier;
    }

    String next() throws IOException {
      throw new IOException("feed of " + supplier + " ends in the middle of a line");
    }

    @Override
    public void close() throws IOException {
      throw new IOException("cannot close feed of " + supplier, new IllegalStateException("not open"));
    }
  }

  /** Stock cannot be told. */
  static class StockException extends RuntimeException {
    StockException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  static void lambda() {
    Map<String, Integer> known = Map.of("mug", 700);
    new Cart(List.of("mug", "teapot"), article -> known.get(article)).total();
  }

  static void anonymous() {
    new Cart(
            List.of("mug"),
            new Prices() {
              @Override
              public int of(String article) {
                ToIntFunction<String> length = String::length;
                return length.applyAsInt(article) / (article.length() - 3);
              }
            })
        .total();
  }

  static void proxy() {
    Prices prices =
        (Prices)
            Proxy.newProxyInstance(
                Shop.class.getClassLoader(),
                new Class<?>[] {Prices.class},
                (self, method, arguments) -> Shop.class.getDeclaredMethod("price", String.class).invoke(null, arguments));
    new Cart(List.of("teapot"), prices).total();
  }

  static int price(String article) {
    throw new IllegalArgumentException("no price of " + article);
  }

  static void suppressed() {
    try (Feed first = new Feed("Alpha"); Feed second = new Feed("Beta")) {
      System.out.println(first.next() + second.next());
    } catch (IOException problem) {
      throw new UncheckedIOException("stock is not known", problem);
    }
  }

  static void circular() {
    RuntimeException a = new RuntimeException("order waits for payment");
    RuntimeException b = new RuntimeException("payment waits for order", a);
    a.initCause(b);
    throw a;
  }

  static void message() {
    try {
      price("teapot");
    } catch (IllegalArgumentException problem) {
      throw new StockException("supplier's answer was:\n  at 10:15 (CET): shop.Feed: no such article\nCaused by: nobody knows\n\n... 3 more lines", problem);
    }
  }

  static void depth() {
    depth();
  }

  static void logged() throws InterruptedException {
    System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s %3$s: %5$s%6$s%n");
    Thread worker =
        new Thread(
            () -> {
              try {
                lambda();
              } catch (RuntimeException problem) {
                Logger.getLogger("shop.Worker").log(Level.SEVERE, "order 1001 failed", problem);
              }
              Logger.getLogger("shop.Worker").info("next order");
            },
            "worker-1");
    worker.start();
    worker.join();
    throw new IllegalStateException("worker-1 has stopped");
  }

  static synchronized void hang() throws InterruptedException {
    Thread worker = new Thread(() -> await(), "worker-1");
    worker.start();
    Thread.sleep(100000);
  }

  static synchronized void await() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "lambda" -> lambda();
      case "anonymous" -> anonymous();
      case "proxy" -> proxy();
      case "suppressed" -> suppressed();
      case "circular" -> circular();
      case "message" -> message();
      case "depth" -> depth();
      case "logged" -> logged();
      case "hang" -> hang();
      default -> System.exit(64);
    }
  }
}
