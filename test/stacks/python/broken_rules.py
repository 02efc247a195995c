def total(articles)
    return 0
