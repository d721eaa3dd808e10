#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pipeline {

/// The types of numbers that checkpoints hold.
enum class ElementType { float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, boolean };

/// What the formats call a type, and the bytes that one number takes.
struct ElementNames {
  ElementType type;
  std::string_view storage;      ///< torch.FloatStorage without its ends
  std::string_view dtype;        ///< torch.float32
  std::string_view safetensors;  ///< F32
  std::uint64_t size;
};

inline constexpr std::array<ElementNames, 10> element_types{{{ElementType::float64, "Double", "torch.float64", "F64", 8},
                                                             {ElementType::float32, "Float", "torch.float32", "F32", 4},
                                                             {ElementType::float16, "Half", "torch.float16", "F16", 2},
                                                             {ElementType::bfloat16, "BFloat16", "torch.bfloat16", "BF16", 2},
                                                             {ElementType::int64, "Long", "torch.int64", "I64", 8},
                                                             {ElementType::int32, "Int", "torch.int32", "I32", 4},
                                                             {ElementType::int16, "Short", "torch.int16", "I16", 2},
                                                             {ElementType::int8, "Char", "torch.int8", "I8", 1},
                                                             {ElementType::uint8, "Byte", "torch.uint8", "U8", 1},
                                                             {ElementType::boolean, "Bool", "torch.bool", "BOOL", 1}}};

/// Its row of the table, which lists the types in the enumeration's order.
[[nodiscard]] constexpr const ElementNames& names_of(ElementType type) { return element_types[static_cast<std::size_t>(type)]; }

}  // namespace pipeline
