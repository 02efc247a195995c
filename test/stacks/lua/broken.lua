local total = = 3
