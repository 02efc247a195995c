// Exceptions that wrap others which were never thrown, and so have no frames.
using System;

namespace Shop
{
    public class CartException : Exception
    {
        public CartException(string message, Exception inner) : base(message, inner) { }
    }

    public static class Till
    {
        static Exception Failure()
        {
            var price = new FormatException("no price for B2\n(see the price list)");
            return new CartException("no total", new InvalidOperationException("till is closed", price));
        }

        public static int Main(string[] args)
        {
            switch (args[0])
            {
                case "inner": throw Failure();
                case "all": throw new AggregateException("3 orders failed", Failure(), new TimeoutException("too late"));
                case "logged": Console.Error.WriteLine(Failure()); break;
                case "middle":
                    try { throw new FormatException("no price for B2"); }
                    catch (Exception e) { throw new CartException("no total", new InvalidOperationException("till is closed", e)); }
            }
            return 1;
        }
    }
}
