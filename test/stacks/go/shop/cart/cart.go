// Package cart adds up what a customer buys.
package cart

import (
	"fmt"
	"runtime/debug"
)

// Item is a line of a cart.
type Item struct {
	Name  string
	Cents int
	Count int
}

// Cart is what a customer buys.
type Cart struct {
	Items []Item
	Owner *Customer
}

// Customer is who buys.
type Customer struct{ Name string }

// Error tells which cart is wrong.
type Error struct {
	Cart int
	Why  string
}

func (e Error) Error() string { return fmt.Sprintf("cart %d: %s", e.Cart, e.Why) }

// Price is the item's at index n.
func (c *Cart) Price(n int) int { return c.Items[n].Cents }

// OwnerName is the customer's.
func (c *Cart) OwnerName() string { return c.Owner.Name }

// Share splits the total.
func (c Cart) Share(people int) int { return c.Total() / people }

// Total is the sum.
func (c Cart) Total() int {
	total := 0
	each(c.Items, func(item Item) { total += item.Cents * item.Count })
	return total
}

// Check panics where an item costs nothing.
func (c *Cart) Check() {
	each(c.Items, func(item Item) {
		if item.Cents <= 0 {
			panic(Error{7, "no price for " + item.Name})
		}
	})
}

// Checked does it again with its own words.
func (c *Cart) Checked() {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Sprintf("could not check out: %v", r))
		}
	}()
	c.Check()
}

// Reraised panics with the same value once more.
func (c *Cart) Reraised() {
	defer func() {
		if r := recover(); r != nil {
			panic(r)
		}
	}()
	c.Check()
}

// Bundle finds itself among its parts, without end.
func (c *Cart) Bundle(depth int) int { return c.Bundle(depth+1) + 1 }

// Logged prints where it is.
func (c *Cart) Logged() {
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("2024/05/31 07:45:12 recovered: %v\n%s", r, debug.Stack())
		}
	}()
	c.Check()
}

//go:noinline
func each[T any](list []T, do func(T)) {
	for _, one := range list {
		do(one)
	}
}
