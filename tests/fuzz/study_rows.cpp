#include <array>
#include <string>

#include <soci/soci.h>

#include "fuzz/reading.h"
#include "tune/optuna_text.h"
#include "tune/rdb_reader.h"
#include "tune/rdb_schema.h"

using namespace pipeline;

namespace {

/// A database in memory with Optuna's tables and one study.
class Database {
 public:
  Database() {
    sql_.open("sqlite3", ":memory:");
    rdb::prepare_schema(sql_, rdb::Backend::sqlite, true);
    sql_ << "INSERT INTO studies (study_id, study_name) VALUES (1, 'fuzzed')";
  }

  /// One trial with a row in each table that is read, of these texts. SQLite keeps a text in a column of numbers too.
  void fill(const std::array<std::string, 10>& text) {
    for (const char* table :
         {"trial_params", "trial_values", "trial_intermediate_values", "trial_system_attributes", "trial_user_attributes", "trials"})
      sql_ << "DELETE FROM " << table;
    sql_ << "INSERT INTO trials (trial_id, number, study_id, state, datetime_start, datetime_complete) VALUES (1, 0, 1, :s, :b, :e)",
        soci::use(text[0]), soci::use(text[1]), soci::use(text[2]);
    sql_ << "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (1, 'x', :v, :d)", soci::use(text[3]),
        soci::use(text[4]);
    sql_ << "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (1, 0, :v, :t)", soci::use(text[3]),
        soci::use(text[5]);
    sql_ << "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type) VALUES (1, :n, :v, :t)",
        soci::use(text[6]), soci::use(text[3]), soci::use(text[5]);
    sql_ << "INSERT INTO trial_system_attributes (trial_id, \"key\", value_json) VALUES (1, :k, :j)", soci::use(text[7]),
        soci::use(text[8]);
    sql_ << "INSERT INTO trial_user_attributes (trial_id, \"key\", value_json) VALUES (1, 'reason', :j)", soci::use(text[9]);
  }

  void read() {
    std::vector<Trial> trials = rdb::read_trials(sql_, 1, 0);
    rdb::resolve_joint(trials);
    static_cast<void>(rdb::queued_parameters(sql_, 1));
  }

 private:
  soci::session sql_;
};

}  // namespace

/// Up to ten texts of a trial, each on a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Database database;
  std::array<std::string, 10> texts;
  std::string_view rest = fuzz::text_of(data, size);
  for (std::string& text : texts) {
    const std::size_t end = rest.find('\n');
    text = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  try {
    database.fill(texts);
    fuzz::read_or_refuse([] { database.read(); });
  } catch (const soci::soci_error&) {  // RdbStudy::transact() makes an Error of it
  }
  fuzz::read_or_refuse([&] { static_cast<void>(optuna::distribution_json(optuna::read_distribution(texts[4]))); });
  fuzz::read_or_refuse([&] { static_cast<void>(optuna::python_json(optuna::read_python_json(texts[8]))); });
  return 0;
}
