"""Keys and certificates for servers of tests, by openssl."""
import ssl
import subprocess


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_authority(folder):
    """ca.key and ca.pem in the folder."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=test authority", "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")


def make_keys(folder, name):
    """A key and a certificate for a host, signed by the authority of the folder."""
    key, request, certificate = (f"{folder}/{name}.{end}" for end in ("key", "csr", "pem"))
    with open(f"{folder}/{name}.ext", "w", encoding="ascii") as extensions:
        extensions.write(f"subjectAltName=DNS:{name}\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request,
            "-subj", f"/CN={name}")
    openssl("x509", "-req", "-in", request, "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", f"{folder}/{name}.ext", "-out", certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
