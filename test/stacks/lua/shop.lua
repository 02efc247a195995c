-- A shop's cart that fails for real: lua shop.lua price|method|field|error|level|object|deep|coroutine|load|tail
local Cart = {}
Cart.__index = Cart

function Cart.new(items) return setmetatable({items = items}, Cart) end

function Cart:total()
  local sum = 0
  for _, item in ipairs(self.items) do sum = sum + item.cents * item.count end
  return sum
end

local function price(item)
  if not item.cents then error("no price of\n'" .. item.name .. "'") end
  return item.cents
end

function invoice(cart)
  local text = "total " .. price(cart.items[1])
  return text
end

local function deep(n) return deep_again(n) + 1 end
function deep_again(n) return deep(n) + 1 end

local jobs = {}
function jobs.price() return (price({name = "teapot"})) end
function jobs.method() local cart = Cart.new({{cents = 129}}); local sum = cart:total(); return sum end
function jobs.global() local text = invoice(Cart.new({{name = "mug"}})); return text end
function jobs.level() error("order 1001 is closed", 2) end
function jobs.object() error(setmetatable({}, {__tostring = function() return "no order 1001" end})) end
function jobs.deep() local n = deep(1); return n end
function jobs.coroutine() local feed = coroutine.wrap(function() local p = price({name = "tea"}) end); feed() end
function jobs.load() local f = load("local cart = nil; return cart.total", "=(feed)"); local x = f(); return x end
function jobs.chunk() local f = load("return 1 + nil"); local x = f(); return x end
function jobs.sort() table.sort({3, 1, 2}, function(a, b) return a.cents < b.cents end) end
function jobs.tail() return price({name = "cup"}) end

local job = jobs[arg[1]]
local result = job()
print(result)
