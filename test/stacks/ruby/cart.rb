# A shop's cart that fails for real.
#
#     ruby cart.rb price|cause|block|thread|deep|feed|logger|joined|highlight
module Shop
  class CartError < StandardError; end

  class Cart
    def initialize(items)
      @items = items
    end

    def price(item)
      item[:cents] * item.fetch(:count)
    end

    def total
      @items.map { |item| price(item) }.sum
    end

    def invoice
      total
    rescue KeyError
      raise CartError, "no invoice\nfor order 1001"
    end

    def self.recount(level)
      recount(level + 1)
    end

    define_method(:rebate) { |code| raise ArgumentError, "no rebate '#{code}' (yet)" }
  end
end

def log(error)
  require 'logger'
  Logger.new($stderr).error(error)
end

case ARGV[0]
when 'price' then Shop::Cart.new([{ cents: nil, count: 1 }]).total
when 'cause' then Shop::Cart.new([{ cents: 129 }]).invoice
when 'block' then [1].each { |code| Shop::Cart.new([]).rebate(code) }
when 'thread' then Thread.new { Shop::Cart.new([{ cents: 129 }]).total }.join
when 'deep' then Shop::Cart.recount(0)
when 'feed' then eval("Integer('on request')")
when 'logger'
  begin
    Shop::Cart.new([{ cents: 129 }]).invoice
  rescue StandardError => e
    log(e)
    exit 1
  end
when 'joined'
  begin
    Shop::Cart.new([{ cents: 129 }]).total
  rescue StandardError => e
    warn e.backtrace.join("\n")
    exit 1
  end
when 'highlight'
  begin
    Shop::Cart.new([{ cents: 129 }]).invoice
  rescue StandardError => e
    warn e.full_message(highlight: true)
    exit 1
  end
end
