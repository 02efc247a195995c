// A shop that waits for an order that nobody sends.
package main

func next(orders chan int) int { return <-orders }

func main() {
	done := make(chan bool)
	orders := make(chan int)
	go func() { next(orders); done <- true }()
	<-done
}
