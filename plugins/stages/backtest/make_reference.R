# Prints the numbers that comparison_test.cpp expects: forecast::dm.test of R's package forecast (8.20), for errors of power 1.
# Rscript make_reference.R
library(forecast)
options(digits = 17)
n <- 24
i <- 1:n
first <- sin(1.7 * i) + 0.3 * cos(0.4 * i * i)
second <- 1.2 * cos(0.9 * i) + 0.25
for (h in c(1, 2, 4)) {
  test <- dm.test(first, second, h = h, power = 1)
  cat("acf", h, format(test$statistic, digits = 17), format(test$p.value, digits = 17), "\n")
}
# Differences that go up and down: the sum of the first autocovariances is below 0.
up_and_down <- 2 + (-1)^i * (1 + 0.1 * i)
test <- dm.test(up_and_down, rep(1, n), h = 2, power = 1, varestimator = "bartlett")
cat("bartlett", 2, format(test$statistic, digits = 17), format(test$p.value, digits = 17), "\n")
d <- abs(up_and_down) - 1
g <- acf(d, lag.max = 1, type = "covariance", plot = FALSE)$acf[, , 1]
cat("variance without weights", sum(c(g[1], 2 * g[2])) / n, "\n")
