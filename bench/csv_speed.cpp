// Reads every number of a CSV file with the reader of the preprocess stage, one core. Prints one JSON object.
#include <chrono>
#include <iostream>
#include <vector>

#include "data/csv_reader.h"
#include "pipeline/value.h"

int main(int argc, char** argv) {
  using namespace pipeline;
  if (argc != 2) {
    std::cerr << "usage: bench_csv FILE.csv (numbers only)\n";
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  const CsvFile file(argv[1], CsvFormat::from_options(",", ".", Value::List{}));
  std::vector<std::size_t> columns(file.names().size());
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = i;
  CsvReader rows(file, columns, {});
  std::vector<double> row(columns.size()), all;
  all.reserve(columns.size() * 1'000'000);
  std::int64_t count = 0;
  while (rows.next(row.data())) {
    all.insert(all.end(), row.begin(), row.end());
    ++count;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  double sum = 0;
  for (const double v : all) sum += v;
  std::cout << to_json(Value(
                   Value::Map{{"seconds", seconds}, {"rows", count}, {"sum", sum}, {"megabytes", static_cast<double>(file.size()) / 1e6}}))
            << "\n";
}
