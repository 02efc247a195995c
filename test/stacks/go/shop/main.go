// A shop whose checkout fails in the way that its argument names.
package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"shop/cart"
)

var stock = map[int]int{}

type outOfStock string

var restock = func(count int) int { return 100 / count }

func race() {
	var done sync.WaitGroup
	sold := 0
	for worker := 0; worker < 2; worker++ {
		done.Add(1)
		go func() {
			defer done.Done()
			sold++
		}()
	}
	done.Wait()
}

func sell() {
	for n := 0; ; n++ {
		stock[n%100] = n
	}
}

func serve(c *cart.Cart) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.OwnerName()
	}))
	http.Get(server.URL)
	time.Sleep(100 * time.Millisecond)
}

func main() {
	c := &cart.Cart{Items: []cart.Item{{"tea", 350, 2}, {"cup", 0, 1}}}
	switch os.Args[1] {
	case "index":
		c.Price(len(os.Args) + 3)
	case "nil":
		c.OwnerName()
	case "divide":
		c.Share(0)
	case "error":
		c.Check()
	case "wrapped":
		c.Checked()
	case "reraised":
		c.Reraised()
	case "errors":
		panic(errors.Join(errors.New("no tea"), errors.New("no cups")))
	case "named":
		panic(outOfStock("tea"))
	case "struct":
		panic(c.Items[0])
	case "number":
		panic(42)
	case "closure":
		restock(len(os.Args) - 2)
	case "goroutine":
		done := make(chan int)
		go func() { done <- c.Price(7) }()
		<-done
	case "methodvalue":
		defer c.Check()
		price := c.Price
		go price(8)
		time.Sleep(time.Second)
	case "maps":
		for worker := 0; worker < 8; worker++ {
			go sell()
		}
		select {}
	case "overflow":
		c.Bundle(0)
	case "logged":
		c.Logged()
	case "http":
		serve(c)
	case "quit":
		signal.Reset()
		syscall.Kill(os.Getpid(), syscall.SIGQUIT)
		time.Sleep(time.Second)
	case "race":
		race()
	}
}
