/*
 * A small web shop's back office that fails for real: uncaught errors for errtrack's demo and fixtures.
 *
 *     java Shop.java invoice|parse [order number]
 */
package shop;

import java.math.BigDecimal;

public class Shop {
    static class Invoice {
        private final String order;

        Invoice(String order) {
            this.order = order;
        }

        BigDecimal instalment(BigDecimal total, int months) {
            return total.divide(BigDecimal.valueOf(months)); // no rounding mode: throws for thirds
        }

        String text() {
            return "Order " + order + ", 3 instalments of " + instalment(new BigDecimal("100.00"), 3);
        }

        void write() {
            try {
                System.out.println(text());
            } catch (ArithmeticException e) {
                throw new IllegalStateException("invoice of order " + order + " cannot be written", e);
            }
        }
    }

    static class ReturnForm {
        static int orderNumber(String field) {
            return Integer.parseInt(field.trim());
        }

        static void accept(String field) {
            System.out.println("return of order " + orderNumber(field));
        }
    }

    public static void main(String[] args) {
        String order = args.length > 1 ? args[1] : "1001";
        switch (args.length > 0 ? args[0] : "") {
            case "invoice" -> new Invoice(order).write();
            case "parse" -> ReturnForm.accept(" #" + order); // as customers type it
            default -> {
                System.err.println("usage: java Shop.java invoice|parse [order number]");
                System.exit(64);
            }
        }
    }
}
