# Writes a C file that holds a text: cmake -D TEXT=page.css -D NAME=ts_page_style -D HEADER=sheets.h -D INTO=page.c -P this
file(READ ${TEXT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${INTO} "#include \"${HEADER}\"\nconst char ${NAME}[] = {\n${bytes}0};\n")
