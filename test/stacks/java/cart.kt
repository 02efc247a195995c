package shop

import kotlin.coroutines.Continuation
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.startCoroutine

class PriceException(message: String, cause: Throwable) : RuntimeException(message, cause)

class Cart(private val articles: List<String>) {
    private val prices = mapOf("mug" to 700)

    inline fun each(action: (String) -> Int): Int {
        var sum = 0
        for (article in listOf("mug", "teapot")) sum += action(article)
        return sum
    }

    fun total(rebate: Int = 0): Int = each { prices.getValue(it) - rebate }

    fun sorted(): List<String> = articles.sortedBy { article -> prices[article]!! }

    suspend fun pay(): Int {
        val amount: suspend () -> Int = { total() }
        return amount()
    }

    fun `total in (EUR) of a cart`() {
        try {
            total(1)
        } catch (problem: NoSuchElementException) {
            throw PriceException("cart is not complete", problem)
        }
    }
}

fun main(arguments: Array<String>) {
    val cart = Cart(listOf("mug", "teapot"))
    when (arguments[0]) {
        "inline" -> cart.`total in (EUR) of a cart`()
        "lambda" -> cart.sorted()
        "coroutine" -> cart::pay.startCoroutine(Continuation(EmptyCoroutineContext) { it.getOrThrow() })
    }
}
