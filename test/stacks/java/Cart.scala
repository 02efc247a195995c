package shop

class PriceException(article: String, cause: Throwable) extends Exception(s"no price of $article", cause)

object Cart {
  val prices = Map("mug" -> 700)

  def total(articles: Seq[String]): Int = {
    def rest(left: Seq[String], sum: Int): Int =
      if (left.isEmpty) sum
      else
        try rest(left.tail, sum + prices(left.head))
        catch { case problem: NoSuchElementException => throw new PriceException(left.head, problem) }
    rest(articles, 0)
  }

  def main(arguments: Array[String]): Unit = arguments(0) match {
    case "closure" => Seq("mug", "teapot").map(article => prices(article) + 1)
    case "wrapped" => total(Seq("mug", "teapot"))
    case "match"   => (0 to 3).foreach { case 1 => (); case 0 => () }
  }
}
