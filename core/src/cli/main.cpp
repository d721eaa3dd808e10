#include "cli/program.h"

int main(int argc, char** argv) { return pipeline::run_program(argc, argv); }
