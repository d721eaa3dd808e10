#include "data/npy.h"

#include <doctest/doctest.h>
#include <array>

#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using test::contains;
using test::error_of;

std::string with_header(std::string_view dict, int version = 1) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  text += static_cast<char>(dict.size());
  text += '\0';
  if (version > 1) text += std::string(2, '\0');
  return text + std::string(dict);
}

NpyHeader parse(const std::string& text) { return parse_npy_header(std::as_bytes(std::span(text)), "x.npy"); }

TEST_CASE("a written array is read back, its data aligned to 64 bytes") {
  const test::TempFolder folder;
  const std::array<std::int64_t, 2> shape{2, 3};
  {
    const NpyOutput<float> out(folder.path() / "a.npy", "<f4", shape);
    for (std::size_t i = 0; i < 6; ++i) out.data()[i] = static_cast<float>(i);
  }
  const NpyFile file(folder.path() / "a.npy");
  CHECK(file.header().data_offset % 64 == 0);
  CHECK(file.header().shape_text() == "[2, 3]");
  const auto numbers = file.as<float>("<f4", shape);
  CHECK(std::vector<float>(numbers.begin(), numbers.end()) == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(contains(error_of([&] { static_cast<void>(file.as<double>("<f8", shape)); }), "holds <f4 [2, 3] where <f8 [2, 3] is expected"));
}

TEST_CASE("header texts of one and no dimension are as NumPy writes them") {
  CHECK(contains(make_npy_header("<i8", std::array<std::int64_t, 1>{5}), "{'descr': '<i8', 'fortran_order': False, 'shape': (5,), }"));
  CHECK(contains(make_npy_header("<i8", {}), "'shape': (), }"));
  CHECK(make_npy_header("<i8", {}).size() % 64 == 0);
}

TEST_CASE("format versions 1 to 3 are read") {
  for (const int version : {1, 2, 3}) {
    const NpyHeader header =
        parse(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", version) + std::string(8, 'x'));
    CHECK(header.descr == "<f8");
    CHECK(header.shape == std::vector<std::int64_t>{1});
  }
  CHECK(contains(error_of([] { parse(with_header("{}", 4)); }), "format version 4"));
}

TEST_CASE("damaged or foreign files are refused with the reason") {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  CHECK(contains(error_of([] { parse("PK nonsense, no array"); }), "is not a NumPy file"));
  CHECK(contains(error_of([] { parse(""); }), "is not a NumPy file"));
  CHECK(contains(error_of([&] { parse(with_header(good) + "1234567"); }), "do not fit into its"));
  CHECK(contains(error_of([&] { parse(with_header(good).substr(0, 30)); }), "ends within its header"));
  CHECK(contains(error_of([] { parse(with_header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }") + "12345678"); }), "type |O"));
  CHECK(contains(error_of([] { parse(with_header("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }") + "1234"); }), "type >f4"));
  CHECK(contains(error_of([] { parse(with_header("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }") + "1234"); }),
                 "header that is not read"));
  CHECK(contains(error_of([] { parse(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }")); }),
                 "do not fit"));
  CHECK(contains(error_of([] { parse(with_header("{'descr': '<f4', 'shape': (1,), }") + "1234"); }), "header that is not read"));
}

TEST_CASE("every truncated header is refused without reading beyond it") {
  const std::string whole = with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }") + "1234";
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CAPTURE(n);
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    CHECK_THROWS_AS(parse_npy_header(std::as_bytes(std::span(cut)), "x.npy"), Error);
  }
}

TEST_CASE("an array in Fortran order says how to store it") {
  const test::TempFolder folder;
  const auto file = folder.file("f.npy", with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }") + "1234");
  CHECK(contains(error_of([&] { NpyFile{file}; }), "np.ascontiguousarray"));
}

}  // namespace
}  // namespace pipeline
