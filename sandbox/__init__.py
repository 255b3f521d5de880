"""A WhatsApp Cloud API that runs here: a stand-alone fake of Meta's Graph API with customers that write and
read.
"""
