#include "data/holiday_table.h"

// The assembler puts the file into the program: a string literal of this size would be too long for some compilers.
asm(".pushsection .rodata\n"
    ".globl pipeline_holiday_table\n"
    ".hidden pipeline_holiday_table\n"
    "pipeline_holiday_table:\n"
    ".incbin \"data/holidays/table.csv\"\n"
    ".globl pipeline_holiday_table_end\n"
    ".hidden pipeline_holiday_table_end\n"
    "pipeline_holiday_table_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char pipeline_holiday_table[], pipeline_holiday_table_end[];

namespace pipeline {

std::string_view holiday_table() { return {pipeline_holiday_table, pipeline_holiday_table_end}; }

}  // namespace pipeline
