// A shop that calls C, which fails.
package main

/*
static int weigh(int *grams) { return *grams; }
static void count_up(void *unused) { }
*/
import "C"

func weigh() int { return int(C.weigh(nil)) }

func main() { weigh() }
