class Cart {
    def prices = [mug: 700]

    def total(articles) {
        articles.collect { article -> prices[article].plus(0) }.sum()
    }
}

println new Cart().total(['mug', 'teapot'])
