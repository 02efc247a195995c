// A small web shop's billing that fails for real: uncaught errors for errtrack's demo and fixtures.
//
//     mcs -debug -out:shop.exe Shop.cs && mono --debug shop.exe charge|export [order number]
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace Shop
{
    public class Bank
    {
        readonly Dictionary<string, string> keys = new Dictionary<string, string> { { "test", "k-1" } };

        public async Task<string> Key(string account)
        {
            await Task.Yield();
            return keys[account];
        }
    }

    public class Billing
    {
        readonly Bank bank = new Bank();

        public async Task<string> Charge(string order)
        {
            try
            {
                return order + " charged with " + await bank.Key("live");
            }
            catch (KeyNotFoundException e)
            {
                throw new InvalidOperationException("order " + order + " was not charged", e);
            }
        }
    }

    public static class Export
    {
        public static decimal[] Amounts(IEnumerable<string> fields)
        {
            return fields.Select(field => decimal.Parse(field)).ToArray();
        }

        public static void Write(string order)
        {
            Console.WriteLine("order " + order + ": " + Amounts(new[] { "12.90", "four fifty" }).Sum());
        }
    }

    public static class Program
    {
        public static int Main(string[] args)
        {
            string order = args.Length > 1 ? args[1] : "1001";
            switch (args.Length > 0 ? args[0] : "")
            {
                case "charge":
                    Console.WriteLine(new Billing().Charge(order).GetAwaiter().GetResult());
                    return 0;
                case "export":
                    Export.Write(order);
                    return 0;
                default:
                    Console.Error.WriteLine("usage: shop.exe charge|export [order number]");
                    return 64;
            }
        }
    }
}
