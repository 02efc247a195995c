// A shop's cart that fails in the ways that C# has.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Shop
{
    public class CartException : Exception
    {
        public CartException(string message, Exception inner) : base(message, inner) { }
    }

    public struct Money
    {
        public readonly decimal Amount;
        public Money(decimal amount) { Amount = amount; }
        public static Money operator /(Money money, int people) { return new Money(money.Amount / people); }
    }

    public interface ICart { decimal Total(string sku); }

    public class Cart : ICart
    {
        readonly Dictionary<string, string> prices = new Dictionary<string, string> { { "A1", "12.50" }, { "B2", "ten" } };

        public Cart() { }
        public Cart(string file) { prices.Add("C3", File.ReadAllText(file)); }

        decimal ICart.Total(string sku) { return decimal.Parse(prices[sku]); }

        public decimal Price(string sku)
        {
            try { return ((ICart)this).Total(sku); }
            catch (FormatException e) { throw new CartException("no price for " + sku + "\n(see the price list)", e); }
        }

        public decimal Sum(params string[] skus) { return skus.Select(sku => Price(sku)).Sum(); }

        public IEnumerable<decimal> Lines()
        {
            foreach (var sku in prices.Keys) yield return Price(sku);
        }

        public async Task<decimal> SumAsync(string sku)
        {
            await Task.Delay(5);
            return Price(sku);
        }

        public async Task<decimal> CheckoutAsync(string sku) { return await SumAsync(sku) * 2; }

        public class Shelf<T> where T : class
        {
            readonly List<T> items = new List<T>();
            public T First(int at) { return items[at]; }
            public R Map<R>(Func<T, R> map) { return map(First(0)); }
        }
    }

    public static class Program
    {
        static decimal Retry(Func<decimal> step)
        {
            try { return step(); }
            catch (CartException) { throw; }
        }

        static string Trimmed(string sku) { return sku.Trim(); }

        public static int Main(string[] args)
        {
            ICart cart = new Cart();
            switch (args[0])
            {
                case "key": cart.Total("Z9"); break;
                case "nested": ((Cart)cart).Price("B2"); break;
                case "lambda": ((Cart)cart).Sum("A1", "B2"); break;
                case "iterator": ((Cart)cart).Lines().ToList(); break;
                case "generic": new Cart.Shelf<string>().Map(s => s.Length); break;
                case "operator": (new Money(10) / 0).ToString(); break;
                case "constructor": new Cart("/srv/dotnet/prices.csv"); break;
                case "argument": new List<string>(-1); break;
                case "null": Trimmed(null); break;
                case "rethrow": Retry(() => ((Cart)cart).Price("B2")); break;
                case "async": ((Cart)cart).CheckoutAsync("B2").GetAwaiter().GetResult(); break;
                case "aggregate":
                    Task.WaitAll(Task.Run(() => ((Cart)cart).Price("B2")), ((Cart)cart).SumAsync("Z9"));
                    break;
                case "thread":
                    var till = new Thread(() => ((Cart)cart).Sum("B2"));
                    till.Start();
                    till.Join();
                    break;
                case "initializer": Settings.Value.ToString(); break;
                case "caught":
                    try { ((Cart)cart).Price("B2"); }
                    catch (Exception e) { Console.Error.WriteLine("2024-03-01 12:00:00 ERROR order 1001: " + e); }
                    return 1;
            }
            return 0;
        }
    }

    static class Settings
    {
        public static readonly object Value;
        static Settings() { Value = int.Parse("twelve"); }
    }
}
