package cart

import (
	"testing"
	"time"
)

func TestShare(t *testing.T) {
	c := Cart{Items: []Item{{"tea", 350, 2}}}
	if c.Share(0) != 0 {
		t.Fatal("nobody pays nothing")
	}
}

func TestSlow(t *testing.T) { time.Sleep(time.Minute) }
