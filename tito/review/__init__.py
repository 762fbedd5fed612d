"""`tito review`: a page on this machine for what needs a person: free-text answers, comments, overrides.

desk      what there is to mark: questions, guides, answers in order, who is next
written   the code that was graded, from the folder of submissions
zeros     all empty answers of a question in one step
prose     questions and answers as HTML; whatever stands in an answer stays text
guard     who may look: a token, this machine's own address, forms of ours alone
app       the pages                                                         Flask
server    a port of 127.0.0.1, and the way to end                           waitress
"""
