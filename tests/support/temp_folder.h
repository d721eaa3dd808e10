#pragma once

#include "pipeline/testing/temp_folder.h"

using pipeline::testing::TempFolder;
