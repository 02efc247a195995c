# A small web shop's customer service that fails for real: uncaught errors for errtrack's demo and fixtures.
#
#     ruby shop.rb refund|newsletter|menu [order number]

module Settings
  VALUES = { "currency" => "EUR" }.freeze

  # What everything calls that needs a setting: the error is its caller's.
  def self.fetch!(name)
    VALUES.fetch(name) { raise ArgumentError, "no setting '#{name}'" }
  end
end

class Refund
  def initialize(order)
    @order = order
  end

  def account
    Settings.fetch!("bank_account")
  end

  def pay
    puts "refund of order #{@order} from #{account}"
  rescue ArgumentError
    raise "refund of order #{@order} was not paid"
  end
end

class Newsletter
  def sender
    Settings.fetch!("mail_sender")
  end

  def send_to(address)
    puts "#{sender} writes to #{address}"
  end
end

# Categories of the catalogue; somebody moved one below itself.
class Menu
  PARENTS = { "cups" => "kitchen", "kitchen" => "gifts", "gifts" => "kitchen" }.freeze

  def path(category)
    parent = PARENTS[category]
    parent ? below(parent, category) : category
  end

  def below(parent, category)
    "#{path(parent)} / #{category}"
  end
end

scenarios = {
  "refund" => ->(order) { Refund.new(order).pay },
  "newsletter" => ->(order) { Newsletter.new.send_to("customer-#{order}@example.com") },
  "menu" => ->(order) { puts Menu.new.path(order.to_i.even? ? "cups" : "gifts") }
}
scenario, order = ARGV
unless scenarios.key?(scenario)
  warn "usage: ruby shop.rb refund|newsletter|menu [order number]"
  exit 64
end
scenarios[scenario].call(order || "1001")
