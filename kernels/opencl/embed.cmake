# Turn a kernel's text into a C array, with the lines that include "kernels/..." replaced by those files' texts, each
# once: a program needs no files to build its kernels, and its text says all that a cached binary depends on.
#   cmake -D ROOT=<source tree> -D TEXT=kernels/opencl/NAME.cl -D INTO=<folder> -P embed.cmake
# writes INTO/NAME.cl, the text as the driver sees it, and INTO/NAME.c, which defines ts_cl_text_NAME.
# List brackets and semicolons in the texts are safe: no text is ever used as a list.
cmake_minimum_required(VERSION 3.25)

get_filename_component(name ${TEXT} NAME_WE)
set(include_line "(^|\n)[ \t]*#[ \t]*include[ \t]*\"(kernels/[^\"\n]+)\"[^\n]*")
set(seen "${TEXT}")

file(READ ${ROOT}/${TEXT} text)
while("${text}" MATCHES "${include_line}")
  set(line "${CMAKE_MATCH_0}")
  set(before "${CMAKE_MATCH_1}")
  set(file "${CMAKE_MATCH_2}")
  set(body "")
  if(NOT "${file}" IN_LIST seen)
    list(APPEND seen "${file}")
    if(NOT EXISTS ${ROOT}/${file})
      message(FATAL_ERROR "${TEXT}: there is no ${file}, which it or a file that it includes asks for")
    endif()
    file(READ ${ROOT}/${file} body)
  endif()
  string(FIND "${text}" "${line}" at)
  string(LENGTH "${line}" length)
  math(EXPR after "${at} + ${length}")
  string(SUBSTRING "${text}" 0 ${at} front)
  string(SUBSTRING "${text}" ${after} -1 back)
  set(text "${front}${before}${body}${back}")
endwhile()

# As numbers, since a string of that length is more than C promises; a line of the array is a line of the text.
file(WRITE ${INTO}/${name}.cl "${text}")
file(READ ${INTO}/${name}.cl bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REPLACE "0x0a," "0x0a,\n" bytes "${bytes}")
file(WRITE ${INTO}/${name}.c
     "#include \"host/backend/opencl/texts.h\"\n\nconst char ts_cl_text_${name}[] = {\n${bytes}0};\n")
