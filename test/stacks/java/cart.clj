(ns shop.cart)

(def prices {:mug 700})

(defn total! [articles]
  (reduce (fn [sum article] (+ sum (get prices article))) 0 articles))

(defn pay [articles]
  (try
    (total! articles)
    (catch NullPointerException problem
      (throw (ex-info "cart is not complete" {:articles articles} problem)))))

(case (first *command-line-args*)
  "trace" (try
            (pay [:mug :teapot])
            (catch Exception problem
              (.printStackTrace problem)
              (System/exit 1)))
  "report" (pay [:mug :teapot]))
